with

answers as (
    select
        exchange_id,
        cast(sum(len(regexp_extract_all(text, '\S+'))) as bigint) as n_words,
        cast(sum(length(regexp_replace(text, '\s', '', 'g'))) as bigint) as n_characters
    from {{ ref('stg_turns') }}
    where role = 'answer' and exchange_id is not null
    group by exchange_id
),

responses as (
    select
        exchange_id,
        count(distinct pattern_id) as n_patterns,
        min(primary_rank) as first_rank,
        bool_or(family = 'non_reply') as has_non_reply,
        bool_or(pattern_id in ('R01', 'R02', 'R06')) as has_no_information,
        bool_or(is_formula and sole_content) as is_formula_alone,
        bool_or(family not in ('non_reply', 'informational') and not is_formula) as has_other_family
    from {{ ref('int_pattern_hits') }}
    where exchange_id is not null
    group by exchange_id
),

measured as (
    select
        exchanges.exchange_id,
        exchanges.document_id,
        exchanges.exchange_index,
        documents.source_id,
        documents.kind,
        exchanges.language,
        documents.state_iso3,
        exchanges.briefing_date,
        documents.year,
        documents.month,
        exchanges.question_turn_id,
        exchanges.answer_turn_id,
        exchanges.outlet_id,
        exchanges.outlet,
        coalesce(outlets.outlet_group, exchanges.outlet_reason) as outlet_group,
        outlets.iso3 as outlet_iso3,
        outlets.kind as outlet_kind,
        outlets.medium as outlet_medium,
        exchanges.outlet_reason,
        exchanges.co_askers,
        exchanges.spokesperson_id,
        spokespersons.name as spokesperson,
        exchanges.is_follow_up,
        exchanges.after_conference,
        exchanges.question_turn_id is not null as has_question,
        exchanges.answer_turn_id is not null as has_answer,
        case when exchanges.language != 'zh' then answers.n_words end as answer_words,
        answers.n_characters as answer_characters,
        coalesce(responses.n_patterns, 0) as n_patterns,
        families.family as first_family,
        coalesce(responses.has_non_reply, false) as has_non_reply,
        coalesce(responses.has_no_information, false) as has_no_information,
        coalesce(responses.is_formula_alone, false) as is_formula_alone,
        coalesce(responses.has_other_family, false) as has_other_family
    from {{ ref('stg_exchanges') }} as exchanges
    inner join {{ ref('int_documents') }} as documents using (document_id)
    left join answers using (exchange_id)
    left join responses using (exchange_id)
    left join {{ ref('response_families') }} as families on responses.first_rank = families.primary_rank
    left join {{ ref('outlets') }} as outlets on exchanges.outlet_id = outlets.entity_id
    left join {{ ref('stg_entities') }} as spokespersons on exchanges.spokesperson_id = spokespersons.entity_id
),

ranked as (
    select
        *,
        coalesce(answer_words <= {{ var('short_answer_words') }}, answer_characters <= {{ var('short_answer_characters') }}) as is_short
    from measured
)

select
    exchange_id,
    document_id,
    exchange_index,
    source_id,
    kind,
    language,
    state_iso3,
    briefing_date,
    year,
    month,
    question_turn_id,
    answer_turn_id,
    outlet_id,
    outlet,
    outlet_group,
    outlet_iso3,
    outlet_kind,
    outlet_medium,
    outlet_reason,
    co_askers,
    spokesperson_id,
    spokesperson,
    is_follow_up,
    after_conference,
    has_question,
    has_answer,
    answer_words,
    answer_characters,
    n_patterns,
    has_no_information,
    case
        when not has_answer then null
        when (has_non_reply or is_formula_alone) and is_short and not has_other_family then 'non_reply'
        else coalesce(first_family, 'uncoded')
    end as primary_response,
    coalesce(primary_response = 'non_reply', false) as is_non_reply
from ranked
order by briefing_date, document_id, exchange_index
