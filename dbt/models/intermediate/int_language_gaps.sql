with

pairs as (
    select
        exchange_pair_id,
        en_document_id,
        zh_document_id,
        en_exchange_id,
        zh_exchange_id,
        relation,
        briefing_date,
        confidence
    from {{ ref('stg_exchange_pairs') }}
),

-- What only one version has is quoted by its question, or by its answer where the page gives no question.
missing_exchanges as (
    select
        pairs.exchange_pair_id as gap_id,
        pairs.relation as gap,
        replace(pairs.relation, 'only_', '') as side,
        case when exchanges.question_turn_id is null then 'answer' else 'question' end as part,
        turns.turn_id,
        turns.text as quote,
        pairs.*
    from pairs
    left join {{ ref('stg_exchanges') }} as exchanges on coalesce(pairs.en_exchange_id, pairs.zh_exchange_id) = exchanges.exchange_id
    left join {{ ref('stg_turns') }} as turns on coalesce(exchanges.question_turn_id, exchanges.answer_turn_id) = turns.turn_id
    where pairs.relation != 'both'
),

gaps as (
    select
        gap_id,
        exchange_pair_id,
        briefing_date,
        gap,
        side,
        part,
        cast(null as varchar) as code,
        'Only the ' || case side when 'en' then 'English' else 'Chinese' end || ' version has this exchange.' as detail,
        confidence,
        en_document_id,
        zh_document_id,
        en_exchange_id,
        zh_exchange_id,
        case side when 'en' then turn_id end as en_turn_id,
        case side when 'en' then quote end as en_quote,
        cast(case side when 'en' then 0 end as bigint) as en_start_char,
        cast(case side when 'en' then length(quote) end as bigint) as en_end_char,
        case side when 'zh' then turn_id end as zh_turn_id,
        case side when 'zh' then quote end as zh_quote,
        cast(case side when 'zh' then 0 end as bigint) as zh_start_char,
        cast(case side when 'zh' then length(quote) end as bigint) as zh_end_char
    from missing_exchanges
    union all
    select
        differences.difference_id as gap_id,
        differences.exchange_pair_id,
        differences.briefing_date,
        differences.kind as gap,
        differences.side,
        differences.part,
        differences.code,
        differences.detail,
        differences.confidence,
        pairs.en_document_id,
        pairs.zh_document_id,
        differences.en_exchange_id,
        differences.zh_exchange_id,
        differences.en_turn_id,
        differences.en_quote,
        differences.en_start_char,
        differences.en_end_char,
        differences.zh_turn_id,
        differences.zh_quote,
        differences.zh_start_char,
        differences.zh_end_char
    from {{ ref('stg_language_differences') }} as differences
    inner join pairs using (exchange_pair_id)
)

select
    gaps.gap_id,
    cast(extract(year from gaps.briefing_date) as bigint) as year,
    gaps.briefing_date,
    gaps.gap,
    gaps.side,
    gaps.part,
    gaps.code,
    gaps.detail,
    gaps.confidence,
    gaps.en_quote,
    gaps.zh_quote,
    en_exchanges.question_text as en_question,
    zh_exchanges.question_text as zh_question,
    en_exchanges.answer_text as en_answer,
    zh_exchanges.answer_text as zh_answer,
    coalesce(en_exchanges.outlet, zh_exchanges.outlet) as outlet,
    speakers.name as spokesperson,
    en_documents.url as en_url,
    zh_documents.url as zh_url,
    en_documents.source_id as en_source_id,
    zh_documents.source_id as zh_source_id,
    gaps.en_document_id,
    gaps.zh_document_id,
    gaps.en_exchange_id,
    gaps.zh_exchange_id,
    gaps.en_turn_id,
    gaps.en_start_char,
    gaps.en_end_char,
    gaps.zh_turn_id,
    gaps.zh_start_char,
    gaps.zh_end_char,
    gaps.exchange_pair_id
from gaps
inner join {{ ref('int_documents') }} as en_documents on gaps.en_document_id = en_documents.document_id
inner join {{ ref('int_documents') }} as zh_documents on gaps.zh_document_id = zh_documents.document_id
left join {{ ref('stg_exchanges') }} as en_exchanges on gaps.en_exchange_id = en_exchanges.exchange_id
left join {{ ref('stg_exchanges') }} as zh_exchanges on gaps.zh_exchange_id = zh_exchanges.exchange_id
left join {{ ref('stg_entities') }} as speakers
    on coalesce(en_exchanges.spokesperson_id, zh_exchanges.spokesperson_id) = speakers.entity_id
order by gaps.briefing_date, gaps.en_document_id, gaps.exchange_pair_id, gaps.gap, gaps.gap_id
