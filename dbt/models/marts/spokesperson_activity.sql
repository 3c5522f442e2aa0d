with

activity as (
    select
        year,
        source_id,
        language,
        spokesperson_id,
        spokesperson,
        count(exchange_id) as n_answers,
        count(distinct document_id) as n_documents,
        count(distinct briefing_date) as n_days,
        round(avg(answer_words), 1) as mean_answer_words,
        round(avg(answer_characters), 1) as mean_answer_characters,
        count(*) filter (where is_non_reply) as n_non_reply,
        count(*) filter (where primary_response in ('counter', 'pressure', 'coercive')) as n_confrontational,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_spokesperson_activity') }}
    group by all
),

totals as (
    select
        *,
        cast(sum(n_answers) over (partition by year, source_id, language) as bigint) as n_answers_total
    from activity
)

select
    year,
    source_id,
    language,
    spokesperson,
    n_answers,
    n_answers_total,
    {{ share('n_answers', 'n_answers_total') }} as share_of_answers,
    n_documents,
    n_days,
    mean_answer_words,
    mean_answer_characters,
    n_non_reply,
    {{ share('n_non_reply', 'n_answers') }} as share_non_reply,
    n_confrontational,
    {{ share('n_confrontational', 'n_answers') }} as share_confrontational,
    first_date,
    last_date,
    spokesperson_id
from totals
order by year, source_id, language, n_answers desc, spokesperson_id
