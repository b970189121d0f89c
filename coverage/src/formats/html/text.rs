//! Text for a page: what a browser would take for markup is escaped, what nobody would see is made visible.

use std::fmt::Write;

/// Adds a name or a sentence, for the content of an element and for a quoted attribute alike.
pub fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ if is_hidden(character) => out.push_str(&shown(character)),
            _ => out.push(character),
        }
    }
}

/// The text, escaped.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text);
    out
}

/// The name of a function, escaped, which may break behind `::` and `_`.
pub fn name(text: &str) -> String {
    let escaped = escaped(text);
    escaped.replace("::", "::<wbr>").replace('_', "_<wbr>")
}

/// A path, escaped, which may break behind `/` and `_`.
pub fn path(text: &str) -> String {
    escaped(text).replace('/', "/<wbr>").replace('_', "_<wbr>")
}

/// Adds source code. Each character that has no shape of its own, or that changes the order of others, is
/// marked: with these, source can be made to look like something else.
pub fn code(out: &mut String, text: &str) {
    let mut plain = 0;
    for (place, character) in text.char_indices() {
        if is_hidden(character) {
            escape(out, &text[plain..place]);
            let number = u32::from(character);
            let shown = shown(character);
            let _ = write!(out, "<i class=z title=\"U+{number:04X}\">{shown}</i>");
            plain = place + character.len_utf8();
        }
    }
    escape(out, &text[plain..]);
}

fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\x08' | '\n'..='\x1f' | '\x7f'..='\u{9f}'
        // A soft hyphen, and what turns the direction of the text or takes no space.
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Unicode has pictures of the ASCII control characters; the others are shown by their number.
fn shown(character: char) -> String {
    match u32::from(character) {
        0x7f => '\u{2421}'.into(),
        number @ 0..0x20 => char::from_u32(0x2400 + number).unwrap_or('\u{fffd}').into(),
        number => format!("U+{number:04X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_code(text: &str) -> String {
        let mut out = String::new();
        code(&mut out, text);
        out
    }

    #[test]
    fn markup_in_source_stays_source() {
        assert_eq!(
            shown_code("\"</script>\" & '<b>'"),
            "&quot;&lt;/script&gt;&quot; &amp; '&lt;b&gt;'"
        );
    }

    #[test]
    fn a_name_breaks_between_its_parts() {
        assert_eq!(name("a::<B>"), "a::<wbr>&lt;B&gt;");
        assert_eq!(name("next_line"), "next_<wbr>line");
    }

    #[test]
    fn what_turns_the_direction_of_text_is_shown_and_does_not_turn_it() {
        assert_eq!(
            shown_code("a\u{202e}b\u{2066}"),
            "a<i class=z title=\"U+202E\">U+202E</i>b<i class=z title=\"U+2066\">U+2066</i>"
        );
        assert_eq!(escaped("gnp.\u{202e}rs"), "gnp.U+202Ers");
    }

    #[test]
    fn control_characters_have_a_picture_and_tabs_stay() {
        assert_eq!(
            shown_code("\ta\u{c}\0"),
            "\ta<i class=z title=\"U+000C\">\u{240c}</i><i class=z title=\"U+0000\">\u{2400}</i>"
        );
    }
}
