//! Which products are shared between threads: the large ones, and those row by row.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread::{ThreadId, available_parallelism, current, sleep};
use std::time::Duration;

#[path = "../src/matrix/threads.rs"]
mod threads;

/// The threads that work at a product of these shapes; each row of `a` holds its number, and has to arrive in `c` once.
fn workers(m: usize, k: usize, n: usize) -> HashSet<ThreadId> {
    let a: Vec<f64> = (0..m * k).map(|at| (at / k) as f64).collect();
    let (mut c, workers, caller) = (vec![0.0; m * n], Mutex::new(HashSet::new()), current().id());
    threads::share_rows(&a, &mut c, [m, k, n], |a, c| {
        workers.lock().expect("a set").insert(current().id());
        if current().id() != caller {
            sleep(Duration::from_millis(10)); // so that the caller has to wait for it
        }
        for (at, c) in c.iter_mut().enumerate() {
            *c += 1.0 + a[at / n * k];
        }
    });
    let wrong = c.iter().enumerate().find(|&(at, &c)| c != 1.0 + (at / n) as f64);
    assert_eq!(wrong, None, "{m} × {k} · {k} × {n}: entry and what arrived there, which should be 1 + its row");
    workers.into_inner().expect("a set")
}

/// Catches threads started for a product that is done before they are: starting one takes as long as a million
/// multiplications.
#[test]
fn a_product_of_up_to_six_million_multiplications_stays_with_the_caller() {
    for (m, k, n) in [(4, 2, 2), (32, 784, 128), (128, 32, 784), (2, 1000, 3000)] {
        let caller = HashSet::from([current().id()]);
        assert_eq!(workers(m, k, n), caller, "{m} × {k} · {k} × {n}, {} multiplications", m * k * n);
    }
}

/// Catches a product that is left to one core, and a share of the rows that is forgotten or done twice.
#[test]
fn a_larger_one_is_shared_with_the_other_cores() {
    let cores = available_parallelism().map_or(1, std::num::NonZero::get);
    for (m, k, n) in [(256, 128, 256), (128, 784, 128), (3, 1024, 4096)] {
        let (workers, worth) = (workers(m, k, n), m * k * n / 3_000_000);
        let most = cores.min(worth).min(m);
        assert!(workers.contains(&current().id()), "{m} × {k} · {k} × {n}: the caller does nothing");
        assert!(
            (most.min(2)..=most).contains(&workers.len()),
            "{m} × {k} · {k} × {n}: {} threads, expected 2 to {most}",
            workers.len()
        );
    }
}
