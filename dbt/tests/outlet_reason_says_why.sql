-- Either the outlet is known, or there is a reason why not.
select exchange_id
from {{ ref('stg_exchanges') }}
where
    (outlet_id is null) = (outlet_reason is null)
    or (outlet_id is not null and outlet is null)
    or outlet_reason not in ('not_published', 'generic_label', 'no_label', 'unknown_label')
