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
    totals.year,
    totals.source_id,
    totals.language,
    totals.spokesperson,
    totals.n_answers,
    totals.n_answers_total,
    {{ share('totals.n_answers', 'totals.n_answers_total') }} as share_of_answers,
    totals.n_documents,
    totals.n_days,
    totals.mean_answer_words,
    totals.mean_answer_characters,
    totals.n_non_reply,
    {{ share('totals.n_non_reply', 'totals.n_answers') }} as share_non_reply,
    totals.n_confrontational,
    {{ share('totals.n_confrontational', 'totals.n_answers') }} as share_confrontational,
    coverage.share_of_expected_days,
    totals.first_date,
    totals.last_date,
    totals.spokesperson_id,
    codebook.codebook_version
from totals
cross join {{ ref('int_codebook_version') }} as codebook
left join {{ ref('int_yearly_coverage') }} as coverage
    on
        totals.year = coverage.year
        and totals.source_id = coverage.source_id
        and totals.language = coverage.language
order by totals.year, totals.source_id, totals.language, totals.n_answers desc, totals.spokesperson_id
