curl -X POST http://localhost:8000/api/graphql \
-H "Content-Type: application/json" \
-H "Authorization: Bearer <your-token>" \
-d '{"query": "{ imagorStatus { configured mode } }"}'
