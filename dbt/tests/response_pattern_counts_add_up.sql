-- Every hit is counted, and every answer is in the base of each pattern.
with

counted as (
    select
        coalesce(sum(n_hits), 0) as n_hits,
        coalesce(sum(n_answers_total) filter (where pattern_id = 'R01'), 0) as n_answers
    from {{ ref('response_pattern_counts') }}
),

hits as (select count(exchange_id) as n_hits from {{ ref('stg_pattern_hits') }}),

answers as (select count(answer_turn_id) as n_answers from {{ ref('stg_exchanges') }})

select
    counted.*,
    hits.n_hits as expected_hits,
    answers.n_answers as expected_answers
from counted
cross join hits
cross join answers
where counted.n_hits != hits.n_hits or counted.n_answers != answers.n_answers
