// The storage provisioner of the embedded lab: a volume is a folder on the node where its
// pod runs. One runs on each node, and looks after the volumes of that node alone.
//
// It provisions volumes of the kind "local" rather than "hostPath", because kubelet applies a pod's
// fsGroup to those: a database that runs as an ordinary user can then write to its volume.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const provisionerName = "gourmetgram.lab/local"

// selectedNode is the annotation in which the scheduler says where a claim's first pod will run.
const selectedNode = "volume.kubernetes.io/selected-node"

// localVolumes makes and removes the folders under root.
type localVolumes struct {
	root string
	node string
}

// ShouldProvision tells whether the scheduler has chosen this node for the claim's pod.
func (l *localVolumes) ShouldProvision(_ context.Context, claim *v1.PersistentVolumeClaim) bool {
	return claim.Annotations[selectedNode] == l.node
}

// ShouldDelete tells whether the volume is on this node.
func (l *localVolumes) ShouldDelete(_ context.Context, volume *v1.PersistentVolume) bool {
	affinity := volume.Spec.NodeAffinity
	if affinity == nil || affinity.Required == nil {
		return false
	}
	for _, term := range affinity.Required.NodeSelectorTerms {
		for _, each := range term.MatchExpressions {
			if each.Key == v1.LabelHostname && len(each.Values) == 1 && each.Values[0] == l.node {
				return true
			}
		}
	}
	return false
}

func (l *localVolumes) Provision(_ context.Context, options controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	if options.PVC.Spec.VolumeMode != nil && *options.PVC.Spec.VolumeMode == v1.PersistentVolumeBlock {
		return nil, controller.ProvisioningFinished, fmt.Errorf("claim %s/%s asks for a block volume: only file systems are provided", options.PVC.Namespace, options.PVC.Name)
	}
	folder := filepath.Join(l.root, options.PVName)
	// Open to all users: which of them may write is decided by the pod's fsGroup and by who can mount the claim.
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Chmod(folder, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: options.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: folder}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{l.node}}},
			}}}},
		},
	}, controller.ProvisioningFinished, nil
}

func (l *localVolumes) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != filepath.Clean(l.root) {
		return fmt.Errorf("volume %s is not a folder of %s", volume.Name, l.root)
	}
	return os.RemoveAll(volume.Spec.Local.Path)
}

func main() {
	root := flag.String("root", "", "folder that holds the volumes, the same path on the node and in this container")
	node := flag.String("node", "", "name of this node, as in its label kubernetes.io/hostname")
	flag.Parse()
	if *root == "" || *node == "" {
		klog.Fatal("-root and -node are required")
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		klog.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		klog.Fatal(err)
	}
	ctx := context.Background()
	controller.NewProvisionController(ctx, client, provisionerName, &localVolumes{*root, *node},
		// Each node has its own, and they share no volume: there is no one to elect.
		controller.LeaderElection(false),
	).Run(ctx)
}
