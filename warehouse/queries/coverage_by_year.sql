-- How complete is this warehouse? Divide by it before you compare years.
-- A ratio compares a whole year with counts that others published.
select
    year,
    source_id,
    language,
    sum(n_briefings) as n_briefings,
    sum(n_expected_days) as n_expected_days,
    round(sum(n_expected_days_held) / sum(n_expected_days), 2) as share_of_expected_days,
    sum(n_exchanges) as n_exchanges,
    any_value(published_exchanges_in_year) as published_exchanges,
    round(any_value(exchanges_to_published_ratio), 2) as ratio
from marts.coverage
group by year, source_id, language
order by source_id, language, year;
