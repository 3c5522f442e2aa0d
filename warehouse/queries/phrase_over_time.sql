-- How often do answers use a phrase, quarter by quarter?
-- share_of_answers is n_with_phrase of n_answers, the answers of the quarter, source and language; quarters without the phrase are
-- rows with 0, quarters without answers are not there (coverage_by_year.sql shows what is missing). Capitals do not matter.
-- A word may stand in a quotation or be turned down: read some of the answers (find_words.sql) before you count on it.
-- Narrow it: other words in the first line of the query, in the language of the pages; where exchanges.source_id = 'mfa-en'.
with

search as (select lower('noted') as phrase),

answers as (
    select
        exchanges.source_id,
        exchanges.language,
        cast(date_trunc('quarter', exchanges.briefing_date) as date) as quarter,
        contains(lower(texts.answer_text), search.phrase) as has_phrase
    from intermediate.int_exchanges as exchanges
    inner join core.exchanges as texts using (exchange_id)
    cross join search
    where exchanges.has_answer
)

select
    source_id,
    language,
    quarter,
    count(*) filter (has_phrase) as n_with_phrase,
    count(*) as n_answers,
    round(count(*) filter (has_phrase) / count(*), 3) as share_of_answers
from answers
group by source_id, language, quarter
order by source_id, language, quarter;
