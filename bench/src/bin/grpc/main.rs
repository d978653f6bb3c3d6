//! Compares the cost of counting a unary call in our layers and in those of `tonic_prometheus_layer`, less the cost of
//! the service without a layer.

mod call;
mod measure;
mod reference_count;
mod subjects;
mod traced;

use measure::Measured;

fn main() {
    println!("Counting one unary gRPC call, in process; medians of {} turns.", measure::TURNS);
    report("server layers", &measure::in_turns(&subjects::servers()));
    report("client layers", &measure::in_turns(&subjects::clients()));
    println!("(a channel takes only tonic's boxed body: ours boxes the body that counts messages)");
    traced::install();
    table("server layers with spans", &measure::in_turns(&traced::servers()));
}

/// Prints a table and a ratio. `measured` is the bare service, then our layers, then the peer's. The ratio compares the
/// peer's layer with our first, which records the same metrics.
fn report(title: &str, measured: &[Measured]) {
    table(title, measured);
    let [bare, ours, .., peer] = measured else { unreachable!("a bare subject, ours and a peer") };
    let ratio = |threads: usize| {
        (ours.nanos[threads] - bare.nanos[threads]) / (peer.nanos[threads] - bare.nanos[threads])
    };
    println!("{:<24} {:>12.2} {:>22.2}", "prometheus : peer, net", ratio(0), ratio(1));
}

/// Prints a table of the bare service, then of what each layer adds to it.
fn table(title: &str, measured: &[Measured]) {
    let [bare, counted @ ..] = measured else { unreachable!("a bare subject") };
    println!("\n{title:<24} {:>12} {:>22} {:>18}", "1 thread", "2 threads, per thread", "allocations/call");
    println!(
        "{:<24} {:>9.0} ns {:>19.0} ns {:>18.2}",
        bare.name, bare.nanos[0], bare.nanos[1], bare.allocations
    );
    for subject in counted {
        println!(
            "{:<24} {:>+9.0} ns {:>+19.0} ns {:>+18.2}",
            subject.name,
            subject.nanos[0] - bare.nanos[0],
            subject.nanos[1] - bare.nanos[1],
            subject.allocations - bare.allocations
        );
    }
}
