-- An exchange and its turns are of one document, its question is a question and its answer an answer.
with

exchanges as (
    select
        exchange_id,
        document_id,
        unnest([question_turn_id, answer_turn_id]) as turn_id,
        unnest(['question', 'answer']) as role
    from {{ ref('stg_exchanges') }}
)

select
    exchanges.exchange_id,
    exchanges.turn_id
from exchanges
left join {{ ref('stg_turns') }} as turns using (turn_id)
where
    exchanges.turn_id is not null
    and (
        turns.exchange_id is distinct from exchanges.exchange_id
        or turns.document_id is distinct from exchanges.document_id
        or turns.role is distinct from exchanges.role
    )
union all
select
    exchanges.exchange_id,
    turns.turn_id
from {{ ref('stg_turns') }} as turns
inner join {{ ref('stg_exchanges') }} as exchanges using (exchange_id)
where turns.document_id != exchanges.document_id
