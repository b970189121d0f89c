//! Arithmetic as text: made, read and computed.

use crate::random::Random;

/// A random expression; one in a hundred numbers is misspelt.
pub fn text(random: &mut Random, depth: u32) -> String {
    let mut text = String::new();
    write(random, depth, &mut text);
    text
}

fn write(random: &mut Random, depth: u32, text: &mut String) {
    if depth == 0 || random.below(5) == 0 {
        if random.below(100) == 0 {
            text.push('?');
        }
        text.push_str(&random.below(1000).to_string());
        return;
    }
    let grouped = random.below(2) == 0;
    if grouped {
        text.push('(');
    }
    write(random, depth - 1, text);
    text.push_str(match random.below(5) {
        0 => " + ",
        1 => " - ",
        2 => " * ",
        3 => " / ",
        _ => " % ",
    });
    write(random, depth - 1, text);
    if grouped {
        text.push(')');
    }
}

/// The value of an expression, or the place where it is not one.
pub fn value(text: &str) -> Result<i64, usize> {
    let mut parser = Parser {
        text: text.as_bytes(),
        place: 0,
    };
    let value = parser.sum()?;
    if parser.peek().is_some() {
        Err(parser.place)
    } else {
        Ok(value)
    }
}

struct Parser<'a> {
    text: &'a [u8],
    place: usize,
}

impl Parser<'_> {
    fn sum(&mut self) -> Result<i64, usize> {
        let mut sum = self.product()?;
        loop {
            match self.peek() {
                Some(b'+') => sum = sum.wrapping_add(self.operand()?),
                Some(b'-') => sum = sum.wrapping_sub(self.operand()?),
                _ => return Ok(sum),
            }
        }
    }

    fn operand(&mut self) -> Result<i64, usize> {
        self.place += 1;
        self.product()
    }

    fn product(&mut self) -> Result<i64, usize> {
        let mut product = self.atom()?;
        while let Some(operator @ (b'*' | b'/' | b'%')) = self.peek() {
            self.place += 1;
            let right = self.atom()?;
            product = match operator {
                b'*' => product.wrapping_mul(right),
                _ if right == 0 => 0,
                b'/' => product.wrapping_div(right),
                _ => product.wrapping_rem(right),
            };
        }
        Ok(product)
    }

    fn atom(&mut self) -> Result<i64, usize> {
        match self.peek() {
            Some(b'(') => {
                self.place += 1;
                let value = self.sum()?;
                if self.peek() == Some(b')') {
                    self.place += 1;
                    Ok(value)
                } else {
                    Err(self.place)
                }
            }
            Some(digit) if digit.is_ascii_digit() => Ok(self.number()),
            _ => Err(self.place),
        }
    }

    fn number(&mut self) -> i64 {
        let mut number = 0_i64;
        while let Some(digit) = self
            .text
            .get(self.place)
            .filter(|byte| byte.is_ascii_digit())
        {
            number = number
                .wrapping_mul(10)
                .wrapping_add(i64::from(digit - b'0'));
            self.place += 1;
        }
        number
    }

    /// The next character that is not a space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.place) == Some(&b' ') {
            self.place += 1;
        }
        self.text.get(self.place).copied()
    }
}
