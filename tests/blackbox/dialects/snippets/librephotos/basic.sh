curl -u myuser:mypassword "http://<backend>/api/photos/"
