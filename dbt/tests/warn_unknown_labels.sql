-- Labels that the vocabularies do not know: rows to add to the seeds outlets, spokespersons and sources.
{{ config(severity='warn') }}
select
    kind,
    label,
    n_uses
from {{ ref('int_unknown_labels') }}
