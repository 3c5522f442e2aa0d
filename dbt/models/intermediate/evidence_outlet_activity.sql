with

names as (
    select
        entity_id,
        trim(lower(unnest(string_split(concat_ws('|', name, aliases, zh_labels), '|')))) as spelling
    from {{ ref('outlets') }}
),

-- Of two outlets with one spelling, the same one on every run.
spellings as (
    select
        spelling,
        min(entity_id) as outlet_id
    from names
    group by spelling
),

askers as (
    select
        exchange_id,
        outlet_id,
        outlet,
        outlet_reason,
        false as is_co_asker
    from {{ ref('int_exchanges') }}
    where has_question
),

labels as (
    select
        exchange_id,
        unnest(co_askers) as label
    from {{ ref('int_exchanges') }}
    where has_question
),

co_askers as (
    select
        labels.exchange_id,
        spellings.outlet_id,
        coalesce(outlets.name, labels.label) as outlet,
        case when spellings.outlet_id is null then 'unknown_label' end as outlet_reason,
        true as is_co_asker
    from labels
    left join spellings on trim(lower(labels.label)) = spellings.spelling
    left join {{ ref('outlets') }} as outlets on spellings.outlet_id = outlets.entity_id
),

everyone as (
    select * from askers
    union all
    select * from co_askers
)

select
    exchanges.year,
    exchanges.source_id,
    exchanges.language,
    everyone.outlet_id,
    everyone.outlet,
    coalesce(outlets.outlet_group, everyone.outlet_reason) as outlet_group,
    outlets.iso3 as outlet_iso3,
    outlets.kind as outlet_kind,
    outlets.medium as outlet_medium,
    everyone.is_co_asker,
    exchanges.briefing_date,
    exchanges.is_follow_up,
    exchanges.has_answer,
    exchanges.is_non_reply,
    questions.text as quote,
    exchanges.question_turn_id as turn_id,
    exchanges.exchange_id,
    exchanges.document_id,
    cast(0 as bigint) as start_char,
    length(questions.text) as end_char
from everyone
inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
inner join {{ ref('stg_turns') }} as questions on exchanges.question_turn_id = questions.turn_id
left join {{ ref('outlets') }} as outlets on everyone.outlet_id = outlets.entity_id
order by exchanges.briefing_date, exchanges.document_id, exchanges.exchange_index, everyone.is_co_asker, everyone.outlet
