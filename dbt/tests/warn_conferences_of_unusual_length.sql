-- A press conference has 2 to 40 questions (recounts of Chinese pages 2016 to 2024: 2 to 31, median 10). Fewer or more: look at the page.
-- Before 2005 the English pages hold only part of the questions, so one alone is nothing unusual there; none at all is.
{{ config(severity='warn') }}
select
    document_id,
    briefing_date,
    n_exchanges
from {{ ref('stg_documents') }}
where
    kind = 'press_conference'
    and (n_exchanges = 0 or n_exchanges > 40 or (n_exchanges < 2 and briefing_date >= date '2005-01-01'))
