curl -H 'Authorization: Bearer <access_token>' \
"http://<backend>/api/photos/"
