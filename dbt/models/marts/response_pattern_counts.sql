with

answers as (
    select
        year,
        source_id,
        language,
        spokesperson_id,
        spokesperson,
        count(*) as n_answers_total
    from {{ ref('int_exchanges') }}
    where has_answer
    group by all
),

hits as (
    select
        year,
        source_id,
        language,
        spokesperson_id,
        pattern_id,
        count(distinct exchange_id) as n_answers,
        count(*) as n_hits,
        count(distinct exchange_id) filter (where sole_content) as n_sole_content,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_response_pattern_counts') }}
    group by all
)

-- A row for every pattern, also where it was not used: otherwise shares added up over years or speakers have a wrong base.
select
    answers.year,
    answers.source_id,
    answers.language,
    answers.spokesperson,
    patterns.pattern_id,
    patterns.label as pattern,
    patterns.family,
    coalesce(hits.n_answers, 0) as n_answers,
    answers.n_answers_total,
    {{ share('coalesce(hits.n_answers, 0)', 'answers.n_answers_total') }} as share_of_answers,
    coalesce(hits.n_hits, 0) as n_hits,
    coalesce(hits.n_sole_content, 0) as n_sole_content,
    measured.precision,
    measured.recall,
    coverage.share_of_expected_days,
    hits.first_date,
    hits.last_date,
    answers.spokesperson_id,
    codebook.codebook_version
from answers
cross join {{ ref('response_patterns') }} as patterns
cross join {{ ref('int_codebook_version') }} as codebook
left join hits
    on
        answers.year = hits.year
        and answers.source_id = hits.source_id
        and answers.language = hits.language
        and answers.spokesperson_id is not distinct from hits.spokesperson_id
        and patterns.pattern_id = hits.pattern_id
left join {{ ref('codebook') }} as measured on patterns.pattern_id = measured.code and answers.language = measured.language
left join {{ ref('int_yearly_coverage') }} as coverage
    on
        answers.year = coverage.year
        and answers.source_id = coverage.source_id
        and answers.language = coverage.language
order by answers.year, answers.source_id, answers.language, answers.spokesperson_id, n_answers desc, patterns.pattern_id
