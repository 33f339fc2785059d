//! The shortest tour.
use grwl_threads::*;
use std::sync::Arc;
#[test]
fn counter() {
    for mode in [Mode::Global, Mode::RwLock] {
        let rt = Runtime::new(Config::new(mode));
        let c = {
            let t = rt.attach().unwrap();
            Arc::new(Biased::new(&t, 0u64))
        };
        let hs: Vec<_> = (0..8)
            .map(|_| {
                let rt = rt.clone();
                let c = c.clone();
                std::thread::spawn(move || {
                    let mut t = rt.attach().unwrap();
                    for i in 0..20000 {
                        c.with(&mut t, |v| *v += 1);
                        let _ = t.poll();
                        if i % 1000 == 0 {
                            drop(t.stop_the_world());
                            t.handshake_all(|_| ());
                        }
                    }
                })
            })
            .collect();
        for h in hs {
            h.join().unwrap();
        }
        let mut t = rt.attach().unwrap();
        assert_eq!(c.with(&mut t, |v| *v), 160000);
    }
}
