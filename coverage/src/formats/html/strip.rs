//! The strip beside a listing: where something is missing, from the top of the file to its bottom.

use std::fmt::Write;

use super::listing::Listing;
use super::marks::State;

/// The strip: red where nothing ran, and amber, half as wide, where a part did not.
pub fn strip(listing: &Listing) -> String {
    // Beside what is folded, its marks would stand elsewhere than the lines.
    if listing.missing.is_empty() || listing.is_folded {
        return String::new();
    }
    let [mut part, mut whole] = [String::new(), String::new()];
    for (state, first, last) in &listing.missing {
        let (before, lines) = (first - 1, last - first + 1);
        let _ = match state {
            State::Uncovered => write!(whole, "M0 {before}h1v{lines}h-1z"),
            _ => write!(part, "M.5 {before}h.5v{lines}h-.5z"),
        };
    }
    format!(
        "<div id=strip><svg id=map aria-hidden=true viewBox=\"0 0 1 {}\" preserveAspectRatio=none>\
         <path class=h d=\"{part}\"/><path class=u d=\"{whole}\"/></svg></div>",
        listing.length.max(1)
    )
}
