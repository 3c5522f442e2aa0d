-- The words that stand for an answer: the first hit of its primary family, else how it begins.
with

decisive as (
    select
        hits.exchange_id,
        hits.pattern_id,
        hits.turn_id,
        hits.quote,
        hits.start_char,
        hits.end_char,
        row_number() over (
            partition by hits.exchange_id
            order by hits.family = exchanges.primary_response desc, turns.turn_index, hits.start_char, hits.pattern_id
        ) as position
    from {{ ref('int_pattern_hits') }} as hits
    inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
    inner join {{ ref('stg_turns') }} as turns using (turn_id)
    where hits.family = exchanges.primary_response or (exchanges.is_non_reply and hits.is_formula)
)

select
    exchanges.year,
    exchanges.source_id,
    exchanges.language,
    exchanges.outlet_group,
    exchanges.outlet,
    exchanges.primary_response,
    exchanges.is_non_reply,
    exchanges.has_no_information,
    decisive.pattern_id,
    exchanges.briefing_date,
    coalesce(decisive.quote, left(answers.text, {{ var('opening_characters') }})) as quote,
    coalesce(decisive.turn_id, exchanges.answer_turn_id) as turn_id,
    exchanges.exchange_id,
    exchanges.document_id,
    coalesce(decisive.start_char, 0) as start_char,
    coalesce(decisive.end_char, least(length(answers.text), {{ var('opening_characters') }})) as end_char
from {{ ref('int_exchanges') }} as exchanges
inner join {{ ref('stg_turns') }} as answers on exchanges.answer_turn_id = answers.turn_id
left join decisive on exchanges.exchange_id = decisive.exchange_id and decisive.position = 1
where exchanges.has_question
order by exchanges.briefing_date, exchanges.document_id, exchanges.exchange_index
