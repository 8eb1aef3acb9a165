//! How close a query is to the documents of each entry. Knows cosines, not words.

/// How close the documents of each entry are.
pub(super) struct Near {
    /// The closest document of each.
    pub(super) max: Vec<f32>,
    /// The three closest of each.
    top: Vec<[f32; 3]>,
    /// The five closest of all, with their entries.
    five: Vec<(f32, usize)>,
}

impl Near {
    /// Nothing seen yet.
    pub(super) fn new(entries: usize) -> Self {
        Self {
            max: vec![0.0; entries],
            top: vec![[0.0; 3]; entries],
            five: Vec::new(),
        }
    }

    /// Sees the next document.
    pub(super) fn see(&mut self, entry: usize, cos: f32) {
        if let Some(max) = self.max.get_mut(entry) {
            *max = max.max(cos);
        }
        if let Some(top) = self.top.get_mut(entry) {
            let mut carried = cos;
            for slot in top {
                if carried > *slot {
                    std::mem::swap(slot, &mut carried);
                }
            }
        }
        if self.five.len() < 5 || self.five.last().is_some_and(|(c, _)| cos > *c) {
            let at = self.five.partition_point(|(c, _)| *c >= cos);
            self.five.insert(at, (cos, entry));
            self.five.truncate(5);
        }
    }

    /// The mean of the three closest documents of each entry, or of as many as it has.
    pub(super) fn means(&self, of_entry: &[Vec<usize>]) -> Vec<f32> {
        self.top
            .iter()
            .zip(of_entry)
            .map(|(top, docs)| {
                let n = docs.len().saturating_sub(1).clamp(1, 3);
                top.iter().take(n).sum::<f32>() / n as f32
            })
            .collect()
    }

    /// The share of the five nearest documents that belong to the entry.
    pub(super) fn agreement(&self, entry: Option<usize>, of_entry: &[Vec<usize>]) -> f32 {
        let own = entry.and_then(|e| of_entry.get(e)).map_or(1, Vec::len);
        let of = self.five.len().min(own).max(1);
        let hits = self.five.iter().filter(|(_, e)| Some(*e) == entry).count();
        (hits as f32 / of as f32).min(1.0)
    }
}
