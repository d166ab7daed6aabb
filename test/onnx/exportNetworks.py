"""Exports small networks of known kinds, with random weights, as ONNX files into a folder."""

import sys
from pathlib import Path

import torch
from torchvision.models import ResNet
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.resnet import BasicBlock
from torchvision.models.vision_transformer import VisionTransformer


class RowsColumnsColours(torch.nn.Module):
    """Takes pictures as rows, columns, colours."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, pixels):
        return self.inner(pixels.permute(0, 3, 1, 2))


def resnet():
    torch.manual_seed(1)
    return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=20).eval()


def vit():
    torch.manual_seed(2)
    model = VisionTransformer(
        image_size=64, patch_size=16, num_layers=4, num_heads=4, hidden_dim=64, mlp_dim=128
    )
    # Its head is zeros at first.
    torch.nn.init.normal_(model.heads[0].weight, std=0.1)
    return model.eval()


def convnext():
    torch.manual_seed(3)
    blocks = [
        CNBlockConfig(16, 32, 1),
        CNBlockConfig(32, 64, 1),
        CNBlockConfig(64, 128, 1),
        CNBlockConfig(128, None, 1),
    ]
    return ConvNeXt(blocks, layer_scale=1.0, num_classes=20).eval()


def export(folder, name, model, *, layout="nchw", dynamic=True, half=False, new=False, **options):
    shape = (2 if dynamic else 1, 3, 64, 64) if layout == "nchw" else (2 if dynamic else 1, 64, 64, 3)
    example = torch.randn(shape)
    if layout == "nhwc":
        model = RowsColumnsColours(model)
    if half:
        model, example = model.half(), example.half()
    if new:
        batch = torch.export.Dim("batch")
        options["dynamic_shapes"] = ({0: batch},) if dynamic else None
    elif dynamic:
        options["dynamic_axes"] = {"pixels": {0: "batch"}}
    torch.onnx.export(
        model,
        (example,),
        str(folder / f"{name}.onnx"),
        input_names=["pixels"],
        opset_version=18 if new else 17,
        dynamo=new,
        **options,
    )


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    export(folder, "resnet", resnet())
    export(folder, "resnet-rows", resnet(), layout="nhwc")
    export(folder, "resnet-one", resnet(), dynamic=False)
    export(folder, "resnet-half", resnet(), half=True)
    export(folder, "vit", vit())
    export(folder, "convnext", convnext())
    for name, model in (("vit-beside", vit()), ("convnext-beside", convnext())):
        export(folder, name, model, new=True, external_data=True)


main(Path(sys.argv[1]))
