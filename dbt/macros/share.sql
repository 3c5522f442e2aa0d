{#- A share between 0 and 1, four decimals; null where there is nothing to divide by. -#}
{% macro share(numerator, denominator) -%}
    round(cast({{ numerator }} as double) / nullif({{ denominator }}, 0), 4)
{%- endmacro %}
