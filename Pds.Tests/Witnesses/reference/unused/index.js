export const KmsKeypair = undefined
export const S3BlobStore = undefined
export const CloudfrontInvalidator = undefined
export const BunnyInvalidator = undefined
export const ImageInvalidator = undefined
export const MultiImageInvalidator = undefined
