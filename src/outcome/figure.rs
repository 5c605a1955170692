//! The measured figures: their names, units, clocks and fault classes.

/// A figure that a trial or a drill yields for a component or the system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Figure {
    /// Clock to the first interval in which service holds for `stable_for` \[s\].
    RecoveryTime,
    /// Clock to all replicas ready again \[s\].
    RedundancyRestored,
    /// Integral of 1 − served share \[s\].
    Downtime,
    /// The least served share in any minute \[1\].
    MinimumAvailability,
    /// The greatest, over any minute, of what time-outs and retries add to a request at
    /// the 95th of a hundred \[s\].
    Latency,
    /// How long one client drawn at random was without service \[s\].
    ClientOutage,
    /// Acknowledged writes missing in the end, as time \[s\].
    DataLossSeconds,
    /// Acknowledged writes missing in the end, counted \[writes\].
    DataLossWrites,
    /// Fault − newest recovered instant \[s\].
    RecoveryPointAge,
    /// Whether the recovered data is bad: 0 good, 1 bad.
    Integrity,
    /// How long two members acknowledged writes at once \[s\].
    SplitBrainSeconds,
    /// Fault to the verdict that started the recovery \[s\].
    TimeToDetect,
    /// Detection to the order to fail over \[s\].
    TimeToDecide,
    /// That order to the new primary accepting work \[s\].
    TimeToFailOver,
    /// That to traffic served again \[s\].
    TimeToReroute,
    /// That to declared good \[s\].
    TimeToVerify,
}

impl Figure {
    /// All figures, in the order of reports.
    pub const ALL: [Self; 16] = [
        Self::RecoveryTime,
        Self::RedundancyRestored,
        Self::Downtime,
        Self::MinimumAvailability,
        Self::Latency,
        Self::ClientOutage,
        Self::DataLossSeconds,
        Self::DataLossWrites,
        Self::RecoveryPointAge,
        Self::Integrity,
        Self::SplitBrainSeconds,
        Self::TimeToDetect,
        Self::TimeToDecide,
        Self::TimeToFailOver,
        Self::TimeToReroute,
        Self::TimeToVerify,
    ];

    /// Its name in files: `recovery_time`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RecoveryTime => "recovery_time",
            Self::RedundancyRestored => "redundancy_restored",
            Self::Downtime => "downtime",
            Self::MinimumAvailability => "minimum_availability",
            Self::Latency => "latency",
            Self::ClientOutage => "client_outage",
            Self::DataLossSeconds => "data_loss_seconds",
            Self::DataLossWrites => "data_loss_writes",
            Self::RecoveryPointAge => "recovery_point_age",
            Self::Integrity => "integrity",
            Self::SplitBrainSeconds => "split_brain_seconds",
            Self::TimeToDetect => "time_to_detect",
            Self::TimeToDecide => "time_to_decide",
            Self::TimeToFailOver => "time_to_fail_over",
            Self::TimeToReroute => "time_to_reroute",
            Self::TimeToVerify => "time_to_verify",
        }
    }

    /// Its name for people: "recovery time".
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::RecoveryTime => "recovery time",
            Self::RedundancyRestored => "redundancy restored",
            Self::Downtime => "downtime",
            Self::MinimumAvailability => "minimum availability",
            Self::Latency => "added latency",
            Self::ClientOutage => "client outage",
            Self::DataLossSeconds => "data loss",
            Self::DataLossWrites => "writes lost",
            Self::RecoveryPointAge => "recovery point age",
            Self::Integrity => "integrity",
            Self::SplitBrainSeconds => "split brain",
            Self::TimeToDetect => "time to detect",
            Self::TimeToDecide => "time to decide",
            Self::TimeToFailOver => "time to fail over",
            Self::TimeToReroute => "time to reroute",
            Self::TimeToVerify => "time to verify",
        }
    }

    /// Whether it is a time in seconds; else it is a plain count, or a share.
    #[must_use]
    pub const fn is_time(self) -> bool {
        !matches!(self, Self::DataLossWrites | Self::Integrity | Self::MinimumAvailability)
    }

    /// Whether it is a share, of which more is better: a limit is a least one, and what
    /// p95 promises is what 95 % of trials have at least.
    #[must_use]
    pub const fn is_share(self) -> bool {
        matches!(self, Self::MinimumAvailability)
    }

    /// How much of a measured value its unit is: a billion nanoseconds, billionths of a
    /// share, or one.
    #[must_use]
    pub const fn scale(self) -> f64 {
        if self.is_time() || self.is_share() { 1e9 } else { 1.0 }
    }
}

/// From which instant a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Clock {
    /// The physical fault.
    Fault,
    /// The first user sees an error.
    Impact,
    /// The verdict that started the recovery.
    Detection,
    /// Someone declares an incident.
    Declaration,
}

impl Clock {
    /// Its name in files: `fault`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Impact => "impact",
            Self::Detection => "detection",
            Self::Declaration => "declaration",
        }
    }
}

/// How a fault looks to those who talk to what it hit; derived, never typed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// The kernel lives and refuses or resets.
    Reset,
    /// It accepts and acknowledges, nobody answers.
    Hung,
    /// No packet comes back.
    Silent,
    /// Told beforehand.
    Announced,
}

impl Class {
    /// Its name in files: `reset`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Hung => "hung",
            Self::Silent => "silent",
            Self::Announced => "announced",
        }
    }
}
