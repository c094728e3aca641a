-- A gap between groups has a ratio beside its difference, and a second difference with the mix of what they ask held fixed.
ALTER TABLE window_scores {{ on_cluster }}
    ADD COLUMN Ratio Nullable(Float64) COMMENT 'group gaps: first group over second; 1 is no gap',
    ADD COLUMN RatioLow Nullable(Float64),
    ADD COLUMN RatioHigh Nullable(Float64),
    ADD COLUMN WithinEffect Nullable(Float64) COMMENT 'group gaps: EffectSize within strata (same model, same topic, ...)',
    ADD COLUMN WithinLow Nullable(Float64),
    ADD COLUMN WithinHigh Nullable(Float64),
    ADD COLUMN Reversed Nullable(Bool) COMMENT 'the gap within strata has the opposite sign (Simpson''s paradox); NULL: no strata';
