//! Mutations: small changes of a line that make a program do something else.

/// A text that is replaced, and by what.
const REPLACED: [(&str, &str); 13] = [
    (" == ", " != "),
    (" != ", " == "),
    (" < ", " >= "),
    (" > ", " <= "),
    (" <= ", " > "),
    (" >= ", " < "),
    (" + ", " - "),
    (" - ", " + "),
    (" && ", " || "),
    (" || ", " && "),
    ("true", "false"),
    ("false", "true"),
    ("0", "1"),
];

/// The mutations of a line, in no comment or attribute.
pub fn of(line: &str) -> impl Iterator<Item = String> {
    let code = line.split("//").next().unwrap_or_default();
    let is_code = !code.trim_start().starts_with('#') && !code.contains("assert");
    let places = REPLACED.iter().filter(move |_| is_code);
    places.filter_map(move |(from, to)| {
        let place = code.find(from)?;
        Some(format!(
            "{}{to}{}",
            &line[..place],
            &line[place + from.len()..]
        ))
    })
}
