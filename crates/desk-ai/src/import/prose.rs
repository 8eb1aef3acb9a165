//! Questions and answers in running text. Must not judge them.

use super::Row;
use desk_core::text::fold;

/// What stands before a question, folded.
const ASKS: &[&str] = &["q", "question", "s", "soru", "в", "вопрос"];
/// What stands before an answer, folded.
const ANSWERS: &[&str] = &["a", "answer", "c", "cevap", "y", "yanit", "о", "ответ"];

/// What a line is.
enum Line<'a> {
    Blank,
    Question(&'a str),
    Answer(&'a str),
    /// A heading of Markdown.
    Heading(&'a str),
    Plain(&'a str),
}

/// The rows of a text.
pub(super) fn rows(text: &str, markdown: bool) -> Vec<Row> {
    let mut reader = Reader::default();
    for (number, line) in text.lines().enumerate() {
        reader.read(number + 1, sort(line, markdown));
    }
    reader.close();
    reader.rows
}

#[derive(Default)]
struct Reader {
    rows: Vec<Row>,
    now: Row,
    /// An answer may go on after a blank line only when it was announced.
    announced: bool,
    blank: bool,
}

impl Reader {
    fn read(&mut self, number: usize, line: Line<'_>) {
        match line {
            Line::Blank => {
                self.blank = true;
                return;
            }
            Line::Question(text) | Line::Heading(text) => {
                self.next_question(number, text);
                self.announced = true;
            }
            Line::Answer(text) => {
                self.announced = true;
                self.tell(number, text);
            }
            Line::Plain(text) => {
                let asks = text.ends_with(['?', '？']);
                let over = self.blank && !self.announced && !self.now.answer.is_empty();
                if asks && (self.now.answer.is_empty() || self.blank) {
                    if !self.now.answer.is_empty() {
                        self.close();
                    }
                    self.next_question(number, text);
                    self.announced = false;
                } else {
                    if over {
                        self.close();
                    }
                    self.tell(number, text);
                }
            }
        }
        self.blank = false;
    }

    fn next_question(&mut self, number: usize, text: &str) {
        if !self.now.answer.is_empty() || (self.blank && !self.now.questions.is_empty()) {
            self.close();
        }
        if self.now.questions.is_empty() {
            self.now.line = number;
        }
        self.now.questions.push(text.to_owned());
    }

    fn tell(&mut self, number: usize, text: &str) {
        if self.now.line == 0 {
            self.now.line = number;
        }
        if !self.now.answer.is_empty() {
            self.now
                .answer
                .push_str(if self.blank { "\n\n" } else { "\n" });
        }
        self.now.answer.push_str(text);
    }

    fn close(&mut self) {
        let row = std::mem::take(&mut self.now);
        self.announced = false;
        if row.line > 0 {
            self.rows.push(row);
        }
    }
}

fn sort(line: &str, markdown: bool) -> Line<'_> {
    let line = line.trim();
    if line.is_empty() || (markdown && line.chars().all(|c| matches!(c, '-' | '*' | '='))) {
        return Line::Blank;
    }
    let bare = line.trim_start_matches('#');
    if markdown && bare.len() < line.len() && bare.starts_with(' ') {
        return Line::Heading(bare.trim());
    }
    let plain = if markdown {
        line.trim_start_matches(['*', '_', '-', '>', ' '])
            .trim_end_matches(['*', '_'])
    } else {
        line
    };
    if let Some((label, rest)) = plain.split_once([':', '.', ')'])
        && label.chars().count() <= 10
    {
        let label = fold(
            label
                .trim()
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .trim(),
        );
        let rest = rest.trim().trim_start_matches(['*', '_']).trim();
        let dotted = plain
            .split_once([':', ')'])
            .is_some_and(|(l, _)| fold(l.trim()).starts_with(&label));
        if dotted && ASKS.contains(&label.as_str()) {
            return Line::Question(rest);
        }
        if dotted && ANSWERS.contains(&label.as_str()) {
            return Line::Answer(rest);
        }
    }
    Line::Plain(plain)
}
