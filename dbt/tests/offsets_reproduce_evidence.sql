-- The quotes that `briefings evidence` lists are words of the turns that it names.
with

evidence as (
    {% for mart in [
        'outlet_activity', 'spokesperson_activity', 'country_attention', 'response_pattern_counts', 'accusations_by_country',
        'accusation_responses', 'response_by_outlet_group', 'topic_trends', 'codebook',
        'language_gaps',
    ] %}
        select
            '{{ mart }}' as mart,
            turn_id,
            quote,
            start_char,
            end_char
        from {{ ref('evidence_' ~ mart) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select evidence.*
from evidence
left join {{ ref('stg_turns') }} as turns using (turn_id)
where substr(turns.text, evidence.start_char + 1, evidence.end_char - evidence.start_char) is distinct from evidence.quote
