//! Compares timers: the cost of recording a duration, and the error of the p999.

mod measure;
mod processor;
mod reservoir;
mod subject;
mod values;

use measure::Costs;
use subject::Subject;

fn main() {
    println!("Recording one duration; medians of {} turns.\n", measure::TURNS);
    println!("{:<43} {:>9} {:>22} {:>16}", "", "1 thread", "2 threads, per thread", "allocations");
    let subjects = Subject::all();
    let costs = measure::in_turns(&subjects);
    let [ours, peers @ ..] = costs.as_slice() else { unreachable!("there are subjects") };
    for (subject, cost) in subjects.iter().zip(&costs) {
        let Costs { nanos: [one, two], allocations } = cost;
        println!("{:<43} {one:>6.1} ns {two:>19.1} ns {allocations:>16.2}", subject.name());
    }
    for (subject, peer) in subjects[1..].iter().zip(peers) {
        let [one, two] = [0, 1].map(|threads| ours.nanos[threads] / peer.nanos[threads]);
        println!("{:<43} {one:>9.2} {two:>22.2}", format!("ours : {}", subject.name()));
    }

    println!(
        "\nHow far the p999 of {} durations is off, in {} trials\n",
        values::OF_A_TRIAL,
        measure::TRIALS
    );
    println!("{:<43} {:>9} {:>9}", "", "median", "worst");
    for (subject, [median, worst]) in subjects.iter().zip(measure::errors()) {
        println!("{:<43} {:>7.2} % {:>7.2} %", subject.name(), median * 100.0, worst * 100.0);
    }
}
