{% for language in ['en', 'zh'] %}
    select
        year,
        briefing_date,
        gap,
        side,
        part,
        gap_id,
        exchange_pair_id,
        '{{ language }}' as language,
        {{ language }}_source_id as source_id,
        {{ language }}_document_id as document_id,
        {{ language }}_exchange_id as exchange_id,
        {{ language }}_turn_id as turn_id,
        {{ language }}_quote as quote,
        {{ language }}_start_char as start_char,
        {{ language }}_end_char as end_char
    from {{ ref('int_language_gaps') }}
    where {{ language }}_quote is not null
    {{ 'union all' if not loop.last }}
{% endfor %}
order by briefing_date, document_id, exchange_id, start_char, gap_id
