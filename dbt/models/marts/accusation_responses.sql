with

-- Patterns are in answers, so an accusation without an answer cannot have been answered by any.
answered as (
    select
        exchanges.source_id,
        exchanges.language,
        accusations.accusation_type,
        accusations.direction,
        count(*) as n_accusations,
        count(distinct exchanges.exchange_id) as n_exchanges
    from {{ ref('evidence_accusations_by_country') }} as accusations
    inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
    where exchanges.has_answer
    group by all
),

with_pattern as (
    select
        source_id,
        language,
        accusation_type,
        direction,
        pattern_id,
        count(distinct accusation_id) as n_with_pattern
    from {{ ref('evidence_accusation_responses') }}
    group by all
),

answers as (
    select
        source_id,
        language,
        count(*) as n_answers_total
    from {{ ref('int_exchanges') }}
    where has_answer
    group by all
),

coverage as (
    select
        source_id,
        language,
        {{ share('sum(n_expected_days_held)', 'sum(n_expected_days)') }} as share_of_expected_days
    from {{ ref('int_yearly_coverage') }}
    group by all
),

answers_with_pattern as (
    select
        source_id,
        language,
        pattern_id,
        count(distinct exchange_id) as n_answers
    from {{ ref('evidence_response_pattern_counts') }}
    group by all
),

joined as (
    select
        answered.source_id,
        answered.language,
        answered.accusation_type,
        answered.direction,
        patterns.pattern_id,
        patterns.label,
        patterns.family,
        answered.n_accusations,
        answered.n_exchanges,
        coalesce(with_pattern.n_with_pattern, 0) as n_with_pattern,
        coalesce(answers_with_pattern.n_answers, 0) as n_answers,
        answers.n_answers_total
    from answered
    cross join {{ ref('response_patterns') }} as patterns
    inner join answers using (source_id, language)
    left join with_pattern
        on
            answered.source_id = with_pattern.source_id
            and answered.language = with_pattern.language
            and answered.accusation_type = with_pattern.accusation_type
            and answered.direction = with_pattern.direction
            and patterns.pattern_id = with_pattern.pattern_id
    left join answers_with_pattern
        on
            answered.source_id = answers_with_pattern.source_id
            and answered.language = answers_with_pattern.language
            and patterns.pattern_id = answers_with_pattern.pattern_id
)

select
    joined.source_id,
    joined.language,
    joined.accusation_type,
    types.label as accusation,
    joined.direction,
    joined.pattern_id,
    joined.label as pattern,
    joined.family,
    joined.n_accusations,
    joined.n_with_pattern,
    {{ share('joined.n_with_pattern', 'joined.n_accusations') }} as share_with_pattern,
    joined.n_answers as n_answers_with_pattern,
    joined.n_answers_total,
    {{ share('joined.n_answers', 'joined.n_answers_total') }} as share_of_answers,
    round(
        (cast(joined.n_with_pattern as double) / joined.n_accusations)
        / nullif(cast(joined.n_answers as double) / joined.n_answers_total, 0),
        2
    ) as lift,
    joined.n_exchanges,
    coverage.share_of_expected_days,
    of_type.precision as accusation_precision,
    of_type.recall as accusation_recall,
    of_pattern.precision as pattern_precision,
    of_pattern.recall as pattern_recall,
    codebook.codebook_version
from joined
cross join {{ ref('int_codebook_version') }} as codebook
left join {{ ref('accusation_types') }} as types on joined.accusation_type = types.type_id
left join coverage using (source_id, language)
left join {{ ref('codebook') }} as of_type on joined.accusation_type = of_type.code and joined.language = of_type.language
left join {{ ref('codebook') }} as of_pattern on joined.pattern_id = of_pattern.code and joined.language = of_pattern.language
order by
    joined.source_id, joined.language, joined.accusation_type, joined.direction, joined.n_with_pattern desc, joined.pattern_id
