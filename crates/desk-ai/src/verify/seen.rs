//! A text as a reader sees it: what is put inside words to hide them from a program is taken
//! out. Used beside the plain reading, never instead of it.

use desk_core::text::fold;

/// The letters and figures of a text without anything between them, and where its words begin
/// and end.
pub(super) struct Squeezed {
    text: String,
    /// For each place in `text`: a word begins here; one ends before here.
    begins: Vec<usize>,
    ends: Vec<usize>,
}

impl Squeezed {
    pub(super) fn of(text: &str) -> Self {
        let mut out = Self {
            text: String::with_capacity(text.len()),
            begins: Vec::new(),
            ends: Vec::new(),
        };
        let mut inside = false;
        for c in fold(text).chars() {
            if c.is_alphanumeric() {
                if !inside {
                    out.begins.push(out.text.len());
                }
                out.text.push(c);
                inside = true;
            } else {
                if inside {
                    out.ends.push(out.text.len());
                }
                inside = false;
            }
        }
        out.ends.push(out.text.len());
        out
    }

    /// What follows each beginning of a word.
    pub(super) fn tails(&self) -> impl Iterator<Item = (usize, &str)> {
        self.begins
            .iter()
            .filter_map(|at| Some((*at, self.text.get(*at..)?)))
    }

    /// Whether a word ends at this place.
    pub(super) fn ends_at(&self, at: usize) -> bool {
        self.ends.binary_search(&at).is_ok()
    }

    /// Whether it is in there, wherever words begin.
    pub(super) fn contains(&self, letters: &str) -> bool {
        self.text.contains(letters)
    }
}

/// The text with words made whole again: single marks between two letters are taken out, and so
/// are strokes through letters. "li|ra" and "doksa.n" are read as everybody reads them.
pub(super) fn healed(text: &str) -> String {
    let folded = fold(text);
    let chars: Vec<char> = folded.chars().collect();
    let letter = |n: usize| chars.get(n).is_some_and(|c| c.is_alphabetic());
    chars
        .iter()
        .enumerate()
        .filter(|(n, c)| {
            let between = n.checked_sub(1).is_some_and(letter) && letter(n + 1);
            let mark = !c.is_alphanumeric() && (**c == '\n' || !c.is_whitespace());
            !(between && mark)
        })
        .map(|(_, c)| *c)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_words_is_taken_out() {
        assert_eq!(healed("bir li|ra, yüzde doksa.n"), "bir lira, yuzde doksan");
        assert_eq!(healed("10:00-18:00 and 2-4"), "10:00-18:00 and 2-4");
        let squeezed = Squeezed::of("GERI D,ÖNE CEĞIZ!");
        assert!(squeezed.contains("geridonecegiz"));
        let tails: Vec<_> = squeezed.tails().map(|(_, t)| t).collect();
        assert_eq!(tails, ["geridonecegiz", "donecegiz", "onecegiz", "cegiz"]);
        assert!(squeezed.ends_at("geridonecegiz".len()) && !squeezed.ends_at(2));
    }
}
