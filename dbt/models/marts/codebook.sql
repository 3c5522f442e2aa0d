with

languages as (
    select unnest(['en', 'zh']) as language
),

codes as (
    select
        'response_pattern' as code_kind,
        pattern_id as code,
        label,
        family,
        definition,
        source
    from {{ ref('response_patterns') }}
    union all
    select
        'accusation_type' as code_kind,
        type_id as code,
        label,
        cast(null as varchar) as family,
        definition,
        source
    from {{ ref('accusation_types') }}
    union all
    select
        'accusation' as code_kind,
        listed.code,
        listed.label,
        cast(null as varchar) as family,
        listed.definition,
        'Coding guide' as source
    from (
        values
        ('IN', 'Accused', 'The exchange holds an accusation of the state whose spokesperson speaks.'),
        ('OUT', 'Accuses', 'The exchange holds an accusation by that state.'),
        ('THIRD', 'Others accuse others', 'The exchange holds an accusation of others by others.'),
        ('actors', 'Accuser, accused and direction', 'Accusations of every type, right where accuser, accused and direction are.'),
        ('actors_and_type', 'Accuser, accused, direction and type', 'Accusations of every type, right where the type is right, too.')
    ) as listed (code, label, definition)
),

phrases as (
    select
        pattern_id as code,
        language,
        count(*) as n_phrases
    from {{ ref('response_phrases') }}
    group by all
    union all
    select
        accusation_type as code,
        language,
        count(*) as n_phrases
    from {{ ref('accusation_frames') }}
    where accusation_type is not null
    group by all
),

by_labels as (
    select *
    from {{ ref('codebook_quality') }}
    where basis = 'labels'
),

by_reading as (
    select *
    from {{ ref('codebook_quality') }}
    where basis = 'reading'
)

select
    languages.language,
    codes.code_kind,
    codes.code,
    codes.label,
    codes.family,
    codes.definition,
    coalesce(phrases.n_phrases, 0) as n_phrases,
    by_labels.n_labelled,
    by_labels.n_found,
    by_labels.n_right,
    {{ share('by_labels.n_right', 'by_labels.n_found') }} as precision,
    {{ share('by_labels.n_right', 'by_labels.n_labelled') }} as recall,
    {{ share('2 * by_labels.n_right', 'by_labels.n_found + by_labels.n_labelled') }} as f1,
    by_reading.n_found as n_read,
    by_reading.n_right as n_read_right,
    {{ share('by_reading.n_right', 'by_reading.n_found') }} as read_precision,
    codes.source,
    codebook.codebook_version
from codes
cross join languages
cross join {{ ref('int_codebook_version') }} as codebook
left join phrases on codes.code = phrases.code and languages.language = phrases.language
left join by_labels on codes.code = by_labels.code and languages.language = by_labels.language
left join by_reading on codes.code = by_reading.code and languages.language = by_reading.language
order by languages.language, codes.code_kind desc, codes.code
