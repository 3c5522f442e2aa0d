-- Whatever points into a turn points at its own words.
with

pointers as (
    select
        'mentions' as relation,
        mention_id as id,
        turn_id,
        surface as quote,
        start_char,
        end_char
    from {{ ref('stg_mentions') }}
    union all
    select
        'quotes' as relation,
        quote_id as id,
        turn_id,
        text as quote,
        start_char,
        end_char
    from {{ ref('stg_quotes') }}
    union all
    select
        'pattern_hits' as relation,
        pattern_id as id,
        turn_id,
        quote,
        start_char,
        end_char
    from {{ ref('stg_pattern_hits') }}
    union all
    select
        'accusations' as relation,
        accusation_id as id,
        turn_id,
        quote,
        start_char,
        end_char
    from {{ ref('stg_accusations') }}
    union all
    select
        'topic_hits' as relation,
        topic_id as id,
        turn_id,
        quote,
        start_char,
        end_char
    from {{ ref('stg_topic_hits') }}
)

select
    pointers.*,
    turns.text
from pointers
left join {{ ref('stg_turns') }} as turns using (turn_id)
where substr(turns.text, pointers.start_char + 1, pointers.end_char - pointers.start_char) is distinct from pointers.quote
