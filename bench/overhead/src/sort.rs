/// The values in ascending order, by a merge sort that sorts short pieces by insertion.
pub fn merged(values: &[i64]) -> Vec<i64> {
    if values.len() <= 8 {
        let mut short = values.to_vec();
        insert(&mut short);
        return short;
    }
    let (left, right) = values.split_at(values.len() / 2);
    let (left, right) = (merged(left), merged(right));
    let mut both = Vec::with_capacity(values.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        if left[l] <= right[r] {
            both.push(left[l]);
            l += 1;
        } else {
            both.push(right[r]);
            r += 1;
        }
    }
    both.extend_from_slice(&left[l..]);
    both.extend_from_slice(&right[r..]);
    both
}

fn insert(values: &mut [i64]) {
    for end in 1..values.len() {
        let mut place = end;
        while place > 0 && values[place - 1] > values[place] {
            values.swap(place - 1, place);
            place -= 1;
        }
    }
}
