    -- What remains of a gap with the mix of strata held fixed; NULL: there are no strata, or too little data to tell.
    multiIf(
        Reversed IS NULL, NULL,
        Reversed, 'reversed within strata',
        WithinLow IS NULL OR WithinHigh IS NULL OR Drifted IS NULL, NULL,
        WithinLow > Threshold OR WithinHigh < -Threshold, if(Drifted, 'remains within strata', 'only within strata'),
        if(Drifted, 'the mix may explain it', 'no clear gap')
    ) AS StrataVerdict
