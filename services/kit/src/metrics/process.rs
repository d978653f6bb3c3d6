//! `process_*` as Prometheus' client libraries name them, from `/proc/self`.
//!
//! The `prometheus` crate has such a collector too, but it rounds CPU time to whole seconds: too coarse for a scrape
//! each second.

use procfs::ProcResult;
use procfs::process::{LimitValue, Process as Procfs, Stat};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::family::Family;

pub(super) struct Process {
    cpu: Family,
    open_fds: Family,
    max_fds: Family,
    virtual_memory: Family,
    resident_memory: Family,
    start_time: Family,
    threads: Family,
}

impl Process {
    pub(super) fn new() -> Self {
        Self {
            cpu: Family::counter(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
            ),
            open_fds: Family::gauge("process_open_fds", "Number of open file descriptors."),
            max_fds: Family::gauge("process_max_fds", "Maximum number of open file descriptors."),
            virtual_memory: Family::gauge("process_virtual_memory_bytes", "Virtual memory size in bytes."),
            resident_memory: Family::gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
            start_time: Family::gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
            ),
            threads: Family::gauge("process_threads", "Number of OS threads in the process."),
        }
    }

    fn stat(&self, stat: &Stat, families: &mut Vec<MetricFamily>) {
        let ticks = procfs::ticks_per_second() as f64;
        families.push(self.cpu.single((stat.utime + stat.stime) as f64 / ticks));
        families.push(self.virtual_memory.single(stat.vsize as f64));
        families.push(self.resident_memory.single((stat.rss * procfs::page_size()) as f64));
        families.push(self.threads.single(stat.num_threads as f64));
        if let Ok(boot) = procfs::boot_time_secs() {
            families.push(self.start_time.single(boot as f64 + stat.starttime as f64 / ticks));
        }
    }

    fn read(&self, families: &mut Vec<MetricFamily>) -> ProcResult<()> {
        let process = Procfs::myself()?;
        self.stat(&process.stat()?, families);
        families.push(self.open_fds.single(process.fd_count()? as f64));
        let max_fds = match process.limits()?.max_open_files.soft_limit {
            LimitValue::Value(limit) => limit as f64,
            LimitValue::Unlimited => f64::INFINITY,
        };
        families.push(self.max_fds.single(max_fds));
        Ok(())
    }
}

impl Collector for Process {
    fn desc(&self) -> Vec<&Desc> {
        let Self { cpu, open_fds, max_fds, virtual_memory, resident_memory, start_time, threads } = self;
        [cpu, open_fds, max_fds, virtual_memory, resident_memory, start_time, threads]
            .map(Family::desc)
            .into()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families = Vec::with_capacity(7);
        if let Err(error) = self.read(&mut families) {
            tracing::debug!(%error, "cannot read /proc/self");
        }
        families
    }
}
