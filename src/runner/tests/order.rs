//! Results in the order of the files.

use proptest::prelude::*;

use crate::runner::order::InOrder;

proptest! {
    #[test]
    fn whatever_the_order_of_arrival_the_order_of_the_numbers_comes_out(
        arrival in Just((0..20).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut in_order = InOrder::new();
        let mut out = Vec::new();
        for (arrived, n) in arrival.iter().enumerate() {
            in_order.put(*n, *n, |n| out.push(n));
            let seen = &arrival[..=arrived];
            let whole = (0..20).take_while(|n| seen.contains(n)).count();
            prop_assert_eq!(out.len(), whole, "nothing is held back longer than it must be");
        }
        prop_assert_eq!(out, (0..20).collect::<Vec<_>>());
    }
}
