//! Hold: what is due first is taken out and is due again later.

use criterion::{BenchmarkId, Criterion};
use drillcast::kernel::{Agenda, Slot};
use drillcast::units::{Instant, Span};

pub(super) fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agenda");
    for size in [16_u32, 64, 256, 1024] {
        let mut agenda = Agenda::new(size as usize);
        for slot in 0..size {
            agenda.schedule(Slot(slot), Instant(i64::from(slot)));
        }
        // Gaps that are no simple pattern, about as long as the agenda is wide.
        let mut gap = 1_u32;
        group.bench_function(BenchmarkId::new("hold", size), |b| {
            b.iter(|| {
                let (at, slot) = agenda.pop().expect("something is due");
                gap = gap.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                agenda.schedule(slot, at + Span(i64::from(gap >> 16) % i64::from(2 * size) + 1));
            });
        });
    }
    group.finish();
}
