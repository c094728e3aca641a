-- What is remembered of an alert beyond its phase, so that a restart neither repeats nor forgets a page.
ALTER TABLE alert_states {{ on_cluster }}
    ADD COLUMN Told Bool DEFAULT State = 'firing' COMMENT 'people were told of this episode',
    ADD COLUMN FiredAt Array(DateTime64(3)) COMMENT 'when it began to fire within the flap window',
    ADD COLUMN CalmSince Nullable(DateTime64(3)) COMMENT 'firing, but without a breach since then',
    ADD COLUMN MutedBy String COMMENT 'the silence, maintenance or alert that keeps it quiet; empty when none';

-- What people decided not to hear; a removed silence is kept as a row that says so.
CREATE TABLE alert_silences {{ on_cluster }}
(
    Id String,
    Project String COMMENT 'empty: all projects',
    Matchers Array(String) COMMENT 'label=value, all must agree',
    StartsAt DateTime64(3),
    EndsAt DateTime64(3),
    Comment String,
    CreatedBy String,
    Removed Bool,
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY Id
SETTINGS {{ durable_settings }};

-- Who took a page, once an episode.
CREATE TABLE alert_acknowledgements {{ on_cluster }}
(
    Project LowCardinality(String),
    DedupKey String,
    Since DateTime64(3) COMMENT 'the episode',
    AcknowledgedAt DateTime64(3),
    AcknowledgedBy String,
    Comment String
)
ENGINE = {{ engine("ReplacingMergeTree", "AcknowledgedAt") }}
ORDER BY (Project, DedupKey, Since)
SETTINGS {{ durable_settings }};
