-- From 24 March 2020 on the outlet is named for 98 of 100 questions of a ministry's press conferences (recount of Chinese labels).
{{ config(severity='warn') }}
select
    source_id,
    language,
    count(*) as n_exchanges,
    count(outlet) as n_with_outlet
from {{ ref('int_exchanges') }}
where kind = 'press_conference' and has_question and briefing_date >= date '2020-03-24'
group by source_id, language
having count(outlet) < 0.98 * count(*) and count(*) >= 50
