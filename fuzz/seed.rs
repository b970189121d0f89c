//! What the corpus began with: a program of a few functions.

mod shapes {
    pub struct Pair<T>(pub T, pub T);

    impl<T: PartialOrd + Copy> Pair<T> {
        pub fn larger(&self) -> T {
            if self.0 > self.1 { self.0 } else { self.1 }
        }
    }
}

fn choose(number: u32) -> Option<&'static str> {
    let name = match number {
        0 => "none",
        1 if std::env::args().count() > 5 => return None,
        _ => {
            if number % 2 == 0 && number > 2 {
                "even"
            } else {
                "other"
            }
        }
    };
    Some(name)
}

#[allow(dead_code)]
fn never() -> u32 {
    [1, 2, 3].iter().map(|it| it + 1).sum()
}

fn main() {
    for number in 0..6 {
        println!("{:?} {}", choose(number), shapes::Pair(number, 2).larger());
    }
    println!("{}", shapes::Pair(1.5, 2.5).larger());
}
