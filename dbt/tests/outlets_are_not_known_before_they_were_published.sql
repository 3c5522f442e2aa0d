-- The ministry's pages name the asking outlet from 24 March 2020 on. A single page with a wrong date in its title is a warning, more
-- is a fault: two conferences have 20 questions (own recount of Chinese pages 2016 to 2024: median 10, at most 31 a conference).
{{ config(warn_if='> 0', error_if='> 31') }}
select
    exchange_id,
    briefing_date,
    outlet
from {{ ref('stg_exchanges') }}
where outlet is not null and briefing_date < date '2020-03-24'
