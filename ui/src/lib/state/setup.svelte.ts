// What the owner entered in the set-up and is no secret. It outlives the window, so that the set-up
// can go on another day; the app's secret is never kept here.

const KEY = 'replydesk.setup';

export class Setup {
  #redirectUri = $state('');
  #appId = $state('');

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>;
      if (typeof kept['redirectUri'] === 'string') this.#redirectUri = kept['redirectUri'];
      if (typeof kept['appId'] === 'string') this.#appId = kept['appId'];
    } catch {
      // Nothing was kept that can be read.
    }
  }

  get redirectUri(): string {
    return this.#redirectUri;
  }

  set redirectUri(text: string) {
    this.#redirectUri = text;
    this.#keep();
  }

  get appId(): string {
    return this.#appId;
  }

  set appId(text: string) {
    this.#appId = text;
    this.#keep();
  }

  #keep(): void {
    localStorage.setItem(KEY, JSON.stringify({ redirectUri: this.#redirectUri, appId: this.#appId }));
  }
}
