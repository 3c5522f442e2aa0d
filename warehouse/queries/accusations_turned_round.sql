-- How often is a charge answered by a charge against the accuser?
-- One row per accuser: of n_charged, the exchanges in which it accuses the speaker's state, n_turned_round are those in which the
-- answer accuses it back. share_turned_round is the ratio; base_share is how often answers without a charge by it accuse it, which
-- shows what the charge adds. UNNAMED accusers can not be accused back by name and are left out.
-- Narrow it: and accusations.accusation_type = 'A01' in `charged`; where exchanges.year >= 2018 in `answers`.
with

answers as (
    select
        exchanges.exchange_id,
        exchanges.source_id,
        exchanges.language
    from intermediate.int_exchanges as exchanges
    where exchanges.has_answer
),

charged as (
    select distinct
        answers.source_id,
        answers.language,
        answers.exchange_id,
        accusations.accuser as actor
    from core.accusations as accusations
    inner join answers using (exchange_id)
    where accusations.direction = 'IN' and accusations.accuser != 'UNNAMED'
),

accused_back as (
    select distinct
        answers.source_id,
        answers.language,
        answers.exchange_id,
        accusations.accused as actor
    from core.accusations as accusations
    inner join answers using (exchange_id)
    where accusations.direction = 'OUT' and accusations.side = 'answer'
),

totals as (
    select
        source_id,
        language,
        count(*) as n_answers_total
    from answers
    group by source_id, language
),

actors as (
    select
        charged.source_id,
        charged.language,
        charged.actor,
        count(*) as n_charged,
        count(accused_back.exchange_id) as n_turned_round
    from charged
    left join accused_back using (source_id, language, exchange_id, actor)
    group by charged.source_id, charged.language, charged.actor
),

blamed as (
    select
        source_id,
        language,
        actor,
        count(*) as n_accused
    from accused_back
    group by source_id, language, actor
)

select
    actors.source_id,
    actors.language,
    actors.actor as accuser,
    actors.n_charged,
    actors.n_turned_round,
    round(actors.n_turned_round / actors.n_charged, 3) as share_turned_round,
    round(
        (coalesce(blamed.n_accused, 0) - actors.n_turned_round) / nullif(totals.n_answers_total - actors.n_charged, 0), 3
    ) as base_share,
    totals.n_answers_total
from actors
inner join totals using (source_id, language)
left join blamed using (source_id, language, actor)
order by actors.source_id, actors.language, actors.n_charged desc, actors.actor;
