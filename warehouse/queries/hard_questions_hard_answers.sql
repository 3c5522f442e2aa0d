-- Do questions that carry a charge get harder answers?
-- Answers to questions in which the speaker's state is accused, beside answers to all other questions. Shares are of n_answers, the
-- answers of that row; confrontational is counter, pressure or coercive, rejection is opposed or denied. times_as_often compares the
-- confrontational share with that of the other questions (null where theirs is 0). Charges that the codebook misses
-- (charge_recall) stand among the other questions, so the true contrast is larger.
-- Narrow it: where exchanges.year >= 2018, where exchanges.outlet_group = 'western_wire'; a type in `charged`.
with

charged as (
    select distinct exchange_id
    from core.accusations
    where direction = 'IN' and side = 'question'
),

answers as (
    select
        exchanges.source_id,
        exchanges.language,
        charged.exchange_id is not null as is_charged,
        exchanges.primary_response
    from intermediate.int_exchanges as exchanges
    left join charged using (exchange_id)
    where exchanges.has_answer and exchanges.has_question
),

shares as (
    select
        source_id,
        language,
        is_charged,
        count(*) as n_answers,
        avg(cast(primary_response in ('counter', 'pressure', 'coercive') as integer)) as share_confrontational,
        avg(cast(primary_response = 'rejection' as integer)) as share_rejection,
        avg(cast(primary_response = 'non_reply' as integer)) as share_non_reply
    from answers
    group by source_id, language, is_charged
)

select
    shares.source_id,
    shares.language,
    case when shares.is_charged then 'with a charge' else 'other' end as question,
    shares.n_answers,
    round(shares.share_confrontational, 3) as share_confrontational,
    round(shares.share_rejection, 3) as share_rejection,
    round(shares.share_non_reply, 3) as share_non_reply,
    round(
        shares.share_confrontational
        / nullif(
            min(case when not shares.is_charged then shares.share_confrontational end)
                over (partition by shares.source_id, shares.language),
            0
        ),
        1
    ) as times_as_often,
    codebook.recall as charge_recall
from shares
left join marts.codebook as codebook on codebook.code = 'IN' and shares.language = codebook.language
order by shares.source_id, shares.language, shares.is_charged desc;
