-- How complete is this warehouse, year by year?
-- Look here before you compare years. share_of_expected_days is the days with a conference here of n_expected_days, the days on which
-- one was due; where is_recess_recorded is false the calendar does not know every holiday, and the share is too low. published_ratio
-- compares a year's exchanges with those that others counted in the whole year (published_check says who); null where nobody did.
-- Narrow it: where source_id = 'mfa-en'; by month: from marts.coverage.
select
    year,
    source_id,
    language,
    sum(n_briefings) as n_briefings,
    sum(n_expected_days) as n_expected_days,
    round(sum(n_expected_days_held) / nullif(sum(n_expected_days), 0), 3) as share_of_expected_days,
    bool_and(is_recess_recorded) as is_recess_recorded,
    sum(n_exchanges) as n_exchanges,
    any_value(published_exchanges_in_year) as published_exchanges,
    any_value(published_exchanges_check) as published_check,
    round(any_value(exchanges_to_published_ratio), 3) as published_ratio
from marts.coverage
group by year, source_id, language
order by source_id, language, year;
