select
    year,
    source_id,
    language,
    cast(sum(n_expected_days) as bigint) as n_expected_days,
    cast(sum(n_expected_days_held) as bigint) as n_expected_days_held,
    {{ share('sum(n_expected_days_held)', 'sum(n_expected_days)') }} as share_of_expected_days
from {{ ref('coverage') }}
group by all
order by year, source_id, language
