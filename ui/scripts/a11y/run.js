// The body of an asynchronous WebDriver script. Give the page axe's source first (as a script of
// its own: the page's policy forbids eval), then this; it hands back the violations as JSON text.
// `arguments[0]`, where there is one besides the callback, is merged into axe's options.
const done = arguments[arguments.length - 1];
const extra = arguments.length > 1 ? arguments[0] : {};
const options = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  ...extra,
  rules: { 'target-size': { enabled: true }, ...extra.rules },
};
// Colours on their way to others are no colours.
Promise.all(document.getAnimations().map((one) => (one.effect?.getComputedTiming().iterations === Infinity ? null : one.finished.catch(() => null))))
  .then(() => window.axe.run(document, options))
  .then(
    ({ violations }) =>
      done(
        JSON.stringify(
          violations.map(({ id, impact, help, nodes }) => ({
            id,
            impact,
            help,
            nodes: nodes.slice(0, 5).map(({ target, html, failureSummary }) => ({ target: target.join(' '), html: html.slice(0, 200), why: failureSummary })),
          })),
        ),
      ),
    (thrown) => done(JSON.stringify([{ id: 'axe-failed', impact: 'critical', help: String(thrown), nodes: [] }])),
  );
