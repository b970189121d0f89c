use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use orders::{NewOrder, Order};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::state::Orders;

pub fn router(orders: Orders) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/orders", post(place).get(list))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/pay", post(pay))
        .route("/orders/{id}/cancel", post(cancel))
        .fallback(no_such_route)
        .with_state(orders)
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn place(
    State(orders): State<Orders>,
    body: Result<Json<NewOrder>, JsonRejection>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    let Json(new) = body?;
    let order = orders.with(move |store| store.place(new)).await?;
    Ok((StatusCode::CREATED, Json(order)))
}

#[derive(Deserialize)]
struct Filter {
    customer: String,
}

async fn list(
    State(orders): State<Orders>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Vec<Order>>, ApiError> {
    let Query(Filter { customer }) = filter?;
    let list = orders.with(move |store| store.of_customer(&customer));
    Ok(Json(list.await?))
}

async fn show(
    State(orders): State<Orders>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Order>, ApiError> {
    let Path(id) = id?;
    Ok(Json(orders.with(move |store| store.get(id)).await?))
}

async fn pay(
    State(orders): State<Orders>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Order>, ApiError> {
    let Path(id) = id?;
    Ok(Json(orders.with(move |store| store.pay(id)).await?))
}

async fn cancel(
    State(orders): State<Orders>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Order>, ApiError> {
    let Path(id) = id?;
    Ok(Json(orders.with(move |store| store.cancel(id)).await?))
}

async fn no_such_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "there is nothing here")
}
