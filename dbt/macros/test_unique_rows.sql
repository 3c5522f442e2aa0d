{#- No two rows agree in these columns; nulls are equal to each other. -#}
{% test unique_rows(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as n_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
