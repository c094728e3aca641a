SELECT Stage, At, Who, Why, Digest, Signature, PublicKey
FROM model_stages FINAL
WHERE Project = {project:String} AND Model = {model:String} AND Version = {version:String}
ORDER BY At
