"""One meaning, several back ends: text -> IR (`grammar`) -> typed IR (`check`) -> text of a back end (`emit`).

`reference` is the naive interpreter that says what an expression means; every emitter agrees with it.
"""
