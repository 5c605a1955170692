//! Intervals, histograms and tests against slow twins and closed forms.
